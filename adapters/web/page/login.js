/** What stands behind the # of a login link. It works once. */
const code = location.pathname === "/login" ? location.hash.slice(1) : "";
const form = document.querySelector("#login");
const button = document.querySelector("#by-link");

/** The content security policy lets no form leave the page, so this is sent from here. */
async function signIn(body) {
  const answer = await fetch("/api/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  // The address stays: a link to a deployment opens that one.
  if (answer?.ok) {
    location.replace(location.pathname === "/login" ? "/" : location.href);
  } else {
    say(
      answer === null
        ? "The bot did not answer. It may be restarting: try again in a moment."
        : await why(answer),
    );
  }
  return answer?.status ?? 0;
}

async function why(answer) {
  const { error } = await answer.json().catch(() => ({}));
  return (
    [error?.message, error?.help].filter(Boolean).join(" ") ||
    "That token is not one the bot knows, or it was revoked."
  );
}

function say(words) {
  const place = document.querySelector("#wrong");
  place.textContent = words;
  place.hidden = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signIn({ token: document.querySelector("#token").value.trim() });
});

// Another link in the same tab changes only what stands behind the #.
addEventListener("hashchange", () => location.reload());

/** One way in at a time: by the link, or by a token. */
function show(way) {
  for (const one of document.querySelectorAll("[data-by]")) one.hidden = one.dataset.by !== way;
}

if (code !== "") {
  // It must not stay in the history, nor in an address that somebody copies.
  history.replaceState(null, "", "/login");
  show("link");
  button.focus();
  button.addEventListener("click", async () => {
    button.disabled = true;
    const status = await signIn({ code });
    // A bot that did not answer has spent nothing.
    if (status === 401) show("token");
    else if (status !== 200) button.disabled = false;
  });
}
