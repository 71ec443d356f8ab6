/* A file that is too large is said at its field, before anything is sent: what was typed stays. Without this
   file the server says it. */
(function () {
  "use strict";

  document.addEventListener("change", function (event) {
    var field = event.target;
    if (!field.matches("input[type=file][data-most]")) return;
    var id = field.id + "-besar", words = document.getElementById(id), file = field.files[0];
    if (words) words.remove();
    if (!file || file.size <= Number(field.dataset.most)) return;
    words = document.createElement("p");
    words.id = id;
    words.className = "invalid-feedback d-block mb-0";
    words.setAttribute("role", "alert");
    words.textContent = field.dataset.tooLarge;
    field.value = "";
    field.insertAdjacentElement("afterend", words);
  });
})();
