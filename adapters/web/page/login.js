// The content security policy lets no form leave the page, so the login link is followed from here.
document.querySelector("#login").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = document.querySelector("#token").value.trim();
  location.assign(`/login?token=${encodeURIComponent(token)}`);
});

if (location.pathname === "/login") {
  document.querySelector("#wrong").hidden = false;
  // A mistyped token is often nearly right: keep it out of the history.
  history.replaceState(null, "", "/");
}
