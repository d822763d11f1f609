// Makes two pages of the staff's area livelier. Both work without it.

// A form with a file tells how much of it has been sent, and refuses at once what the server would refuse at the end.
const form = document.querySelector("form[data-upload]");

function followUpload(form) {
  const field = form.querySelector("input[type=file]");
  const shown = form.querySelector("[data-upload-progress]");
  const words = shown.querySelector("[data-upload-text]");
  const bar = shown.querySelector("progress");
  const button = form.querySelector("button");
  // One of the fields is called dataset, and hides the property of that name.
  const told = (name) => form.getAttribute(`data-${name}`);

  function checkFile() {
    const file = field.files[0];
    let fault = "";
    if (file && file.size === 0) fault = told("empty");
    if (file && file.size > Number(told("max-bytes"))) fault = told("too-large");
    field.setCustomValidity(fault);
    return fault === "";
  }

  function stop(sentence) {
    words.textContent = sentence;
    bar.hidden = true;
    button.disabled = false;
  }

  field.addEventListener("change", () => { checkFile(); field.reportValidity(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!checkFile()) { field.reportValidity(); return; }
    const request = new XMLHttpRequest();
    shown.hidden = false;
    bar.hidden = false;
    button.disabled = true;
    words.textContent = told("sending");
    request.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      const percent = Math.floor((100 * sent.loaded) / sent.total);
      bar.value = percent;
      words.textContent = percent < 100 ? `${told("sending")}: ${percent} %` : told("received");
    });
    request.addEventListener("load", () => {
      if (request.status === 200) { window.location.assign(request.responseURL); return; }
      // The answer is a whole page that says what is wrong.
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = answer.querySelector("main");
      if (main === null) { stop(told("failed")); return; }
      document.querySelector("main").replaceWith(main);
      main.focus();
      const next = main.querySelector("form[data-upload]");
      if (next !== null) followUpload(next);
    });
    request.addEventListener("error", () => stop(told("failed")));
    request.addEventListener("abort", () => stop(told("failed")));
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
}

if (form !== null) followUpload(form);

// The page of a job looks again every second until the job has ended.
const FOLLOW_MS = 1000;

async function followJob() {
  const shown = document.querySelector("[data-follow=open]");
  if (shown === null) return;
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, redirect: "follow" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-follow]");
    if (fresh === null) { window.location.reload(); return; }
    // Untouched where nothing changed, so that nobody who reads or selects is disturbed.
    if (fresh.outerHTML !== shown.outerHTML) shown.replaceWith(fresh);
  } catch {
    // The connection may come back; the page still says what it last knew.
  }
  window.setTimeout(followJob, FOLLOW_MS);
}

window.setTimeout(followJob, FOLLOW_MS);
