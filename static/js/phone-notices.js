/* "Tell me on this phone": asks the browser for a subscription and hands it to the portal by an ordinary form.
   Without this file, or in a browser that knows no notices, the words beside it say so. */
(function () {
  "use strict";

  var form = document.getElementById("hp-ini");
  if (!form) return;
  var button = form.querySelector("button");

  function say(word) {
    form.querySelectorAll("[data-word]").forEach(function (e) { e.hidden = e.dataset.word !== word; });
  }
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;

  function bytes(text) {
    var raw = atob((text + "===".slice((text.length + 3) % 4)).replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, function (c) { return c.charCodeAt(0); });
  }

  function register() {
    return navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope }).then(function (registration) {
      var coming = registration.installing || registration.waiting;
      if (registration.active || !coming) return registration;
      return new Promise(function (resolve) {
        coming.addEventListener("statechange", function () { if (coming.state === "activated") resolve(registration); });
      });
    });
  }

  function hand(subscription) {
    var said = subscription.toJSON();
    form.elements.endpoint.value = said.endpoint;
    form.elements.p256dh.value = said.keys.p256dh;
    form.elements.auth.value = said.keys.auth;
    form.submit();
  }

  // A subscription made with another key of the portal is of no use: it is given back first.
  function subscribe(registration) {
    var wanted = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) };
    return registration.pushManager.subscribe(wanted).catch(function (fault) {
      if (fault.name !== "InvalidStateError") throw fault;
      return registration.pushManager.getSubscription().then(function (old) { return old && old.unsubscribe(); })
        .then(function () { return registration.pushManager.subscribe(wanted); });
    });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    say("busy");
    Notification.requestPermission().then(function (answer) {
      if (answer !== "granted") { say("denied"); return null; }
      return register().then(subscribe).then(hand);
    }).catch(function () { say("failed"); });
  });

  function isKnown(subscription) {
    if (!subscription || !crypto.subtle) return Promise.resolve(false);
    return crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint)).then(function (sum) {
      var digest = Array.from(new Uint8Array(sum), function (b) { return (b < 16 ? "0" : "") + b.toString(16); }).join("");
      var row = document.querySelector('[data-digest="' + digest + '"]');
      if (row) row.hidden = false;
      return !!row;
    });
  }

  // Turning this very phone off gives the browser's subscription back as well.
  document.addEventListener("submit", function (event) {
    var row = event.target.closest("li"), mine = row && row.querySelector("[data-digest]:not([hidden])");
    if (!mine || event.target.dataset.given) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dataset.given = "1";
    navigator.serviceWorker.getRegistration(form.dataset.scope).then(function (registration) {
      return registration && registration.pushManager.getSubscription();
    }).then(function (subscription) { return subscription && subscription.unsubscribe(); })
      .catch(function () { return null; }).then(function () { event.target.submit(); });
  }, true);

  if (Notification.permission === "denied") { say("denied"); return; }
  navigator.serviceWorker.getRegistration(form.dataset.scope).then(function (registration) {
    return registration ? registration.pushManager.getSubscription() : null;
  }).then(isKnown).catch(function () { return false; }).then(function (known) {
    button.hidden = known;
    say(known ? "on" : "");
  });
})();
