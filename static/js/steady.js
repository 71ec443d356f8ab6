/* Forms with data-steady are sent by this file: when the line is down the page keeps every field, says so, and
   sends again by itself. The server knows each form by its token, so that nothing is saved twice. */
(function () {
  "use strict";
  if (!window.fetch || !window.FormData) return;

  var WAITS = [1000, 2000, 4000, 8000, 15000], PATIENCE = 20000;

  function say(form, isDown) {
    var words = document.getElementById("sambungan-putus"), place = document.getElementById("sambungan");
    if (!words || !place) return;
    if (isDown && !place.firstElementChild) place.replaceChildren(words.content.cloneNode(true));
    if (!isDown) place.replaceChildren();
    form.toggleAttribute("data-waiting", isDown);
  }

  // The answer is a page with the same form: its words take the place of ours, and focus goes to what is wrong.
  function show(html) {
    var page = new DOMParser().parseFromString(html, "text/html"), main = page.getElementById("isi");
    if (!main) { document.open(); document.write(html); document.close(); return; }
    document.title = page.title;
    document.getElementById("isi").replaceWith(document.adoptNode(main));
    if (window.htmx) window.htmx.process(document.getElementById("isi"));
    document.dispatchEvent(new CustomEvent("oo:shown"));
    window.scrollTo(0, 0);
    var summary = document.querySelector(".oo-summary, .oo-note[role=alert], [autofocus]") || document.getElementById("isi");
    if (summary.tabIndex < 0) summary.tabIndex = -1;
    summary.focus();
  }

  function send(form, button) {
    clearTimeout(form.ooTimer);
    var body = new FormData(form), stop = new AbortController(), limit = setTimeout(function () { stop.abort(); }, PATIENCE);
    if (button && button.name) body.append(button.name, button.value);
    form.dataset.sending = "1";
    fetch(button && button.hasAttribute("formaction") ? button.formAction : form.action, {
      method: "POST", body: body, headers: { "X-Steady": "1" }, credentials: "same-origin", cache: "no-store", signal: stop.signal
    }).then(function (answer) {
      clearTimeout(limit);
      if ([502, 503, 504].indexOf(answer.status) >= 0) throw new Error("away");
      var isAddress = (answer.headers.get("Content-Type") || "").indexOf("application/json") === 0;
      return (isAddress ? answer.json() : answer.text()).then(function (found) {
        form.ooTries = 0; say(form, false); delete form.dataset.sending;
        if (isAddress) { form.dataset.done = "1"; window.location.assign(found.go); } else show(found);
      });
    }).catch(function () {
      clearTimeout(limit);
      delete form.dataset.sending;
      say(form, true);
      var wait = WAITS[Math.min(form.ooTries || 0, WAITS.length - 1)];
      form.ooTries = (form.ooTries || 0) + 1;
      form.ooTimer = setTimeout(function () { if (form.isConnected) send(form, button); }, wait);
      form.ooButton = button;
    });
  }

  // In the capture phase: portal.js, which guards ordinary forms, then sees that this one is taken care of.
  document.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    if (!form.matches("form[data-steady]") || (button && button.hasAttribute("data-plain"))) return;
    event.preventDefault();
    if (!form.dataset.sending && !form.dataset.done) send(form, button);
  }, true);
  window.addEventListener("online", function () {
    document.querySelectorAll("form[data-waiting]").forEach(function (form) { send(form, form.ooButton); });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-steady]").forEach(function (form) { delete form.dataset.done; });
  });
})();
