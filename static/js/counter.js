/* The counter: answers as soon as a NIK has sixteen digits, and keeps what is typed in a form. */
(function () {
  "use strict";
  var asked = "", timer = null, kept = "";

  function digits(text) { return text.normalize("NFKC").replace(/[^0-9A-Za-z]/g, ""); }

  document.addEventListener("input", function (event) {
    var field = event.target, check = field.closest("[data-nik-check]");
    if (check && field.name === "nik") {
      var now = digits(field.value);
      if (now.length === 16 && now !== asked && window.htmx) { asked = now; window.htmx.trigger(check, "nik-lengkap"); }
      if (now.length !== 16 && asked) { asked = ""; document.getElementById("jawaban").replaceChildren(); }
    }
    if (field.form && field.form.dataset.keep) { clearTimeout(timer); timer = setTimeout(keep, 700, field.form); }
  });
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (form && form.dataset.keep) { clearTimeout(timer); timer = setTimeout(keep, 200, form); }
  });
  document.addEventListener("visibilitychange", function () {
    var form = document.querySelector("form[data-keep]");
    if (document.visibilityState === "hidden" && form) keep(form);
  });

  function keep(form) {
    if (!form.isConnected || form.dataset.sending || form.dataset.done) return;
    var body = new FormData(form), text = new URLSearchParams(body).toString();
    if (text === kept) return;
    fetch(form.dataset.keep, {
      method: "POST", body: body, headers: { "X-Steady": "1" }, credentials: "same-origin", keepalive: true, redirect: "manual"
    }).then(function (answer) {
      if (answer.status !== 204) return;
      kept = text;
      var words = form.querySelector("[data-kept-words]"), place = form.querySelector("[data-kept]");
      if (words && place) place.textContent = words.content.textContent;
    }).catch(function () { /* the line is down: the next key press tries again, and the button waits for it */ });
  }
})();
