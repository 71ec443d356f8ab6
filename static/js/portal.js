/* Comforts over pages that work without this file. */
(function () {
  "use strict";

  // One press sends a form once. The button stays pressable: after ten seconds, or on coming back, it works again.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 10000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
    var summary = document.querySelector(".oo-summary");
    if (summary) summary.focus();
  });

  // Menus close with Escape, on a press outside, and when another one opens.
  function closeMenus(except) {
    document.querySelectorAll("details.oo-menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.oo-menu"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = document.querySelector("details.oo-menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // htmx: an answer that is a whole page (a sign-in, mostly) is opened as one; a lost line is said in words.
  function say(name) {
    var words = document.getElementById(name), place = document.getElementById("gangguan");
    if (!words || !place) return;
    place.replaceChildren(words.content.cloneNode(true));
  }
  document.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail.xhr;
    if (/^\s*<!doctype/i.test(answer.responseText) && answer.status < 400) {
      event.detail.shouldSwap = false;
      window.location.assign(answer.responseURL || window.location.href);
    }
  });
  document.addEventListener("htmx:sendError", function () { say("gangguan-sambungan"); });
  document.addEventListener("htmx:timeout", function () { say("gangguan-sambungan"); });
  document.addEventListener("htmx:responseError", function () { say("gangguan-server"); });
  document.addEventListener("htmx:afterSwap", function () {
    var place = document.getElementById("gangguan");
    if (place) place.replaceChildren();
  });
})();
