/* Buttons that copy the text of a field. Without this file they stay hidden and the field can be selected by hand. */
(function () {
  "use strict";
  if (!navigator.clipboard) return;
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    var field = document.getElementById(button.dataset.copy), words = button.querySelector("span");
    if (!field || !words) return;
    var usual = words.textContent;
    words.setAttribute("role", "status");
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(field.value).then(function () {
        words.textContent = button.dataset.copied;
        setTimeout(function () { words.textContent = usual; }, 3000);
      }, function () { field.focus(); field.select(); });
    });
  });
})();
