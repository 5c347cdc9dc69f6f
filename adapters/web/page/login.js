// The content security policy lets no form leave the page, so the token is sent from here.
document.querySelector("#login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = document.querySelector("#token").value.trim();
  const answer = await fetch("/api/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  }).catch(() => null);
  // The address stays: a link to a deployment opens that one.
  if (answer?.ok) location.replace(location.pathname === "/login" ? "/" : location.href);
  else say(answer === null ? "The bot did not answer. It may be restarting: try again in a moment." : wrong);
});

const wrong = "That token is not one the bot knows, or it was revoked.";

function say(words) {
  const place = document.querySelector("#wrong");
  place.textContent = words;
  place.hidden = false;
}

if (location.pathname === "/login") {
  say(wrong);
  // A mistyped token is often nearly right: keep it out of the history.
  history.replaceState(null, "", "/");
}
