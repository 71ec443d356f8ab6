{# The service worker of notices. Inputs: icon, home. #}/* Shows what the portal sends to this phone, and opens the page when somebody taps on it. It keeps nothing. */
"use strict";
var ICON = "{{ icon|escapejs }}", HOME = "{{ home|escapejs }}";

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

// An address of our own portal, or the home page: a notice never leads elsewhere.
function own(address) {
  try {
    var url = new URL(address, self.location.origin);
    if (url.origin === self.location.origin) return url;
  } catch (fault) { /* no address */ }
  return new URL(HOME, self.location.origin);
}

// Whether it was shown or opened is told to the portal; without a line it is not, and another way is tried.
function tell(address, opened) {
  if (!address) return null;
  var url = own(address);
  if (opened) url.searchParams.set("dibuka", "1");
  return fetch(url.href, { method: "POST", credentials: "omit", keepalive: true }).catch(function () { return null; });
}

self.addEventListener("push", function (event) {
  var said = {};
  try { said = event.data.json() || {}; } catch (fault) { /* something that is not ours */ }
  event.waitUntil(self.registration.showNotification(said.title || "OK OCE", {
    body: said.body || "", tag: said.tag || "", icon: ICON, lang: "id", data: { url: said.url || HOME, told: said.told || "" }
  }).then(function () { return tell(said.told, false); }));
});

self.addEventListener("notificationclick", function (event) {
  var data = event.notification.data || {}, page = own(data.url || HOME).href;
  event.notification.close();
  event.waitUntil(Promise.all([tell(data.told, true), self.clients.matchAll({ type: "window" }).then(function (open) {
    var same = open.filter(function (w) { return w.url === page; })[0];
    return same ? same.focus() : self.clients.openWindow(page);
  })]));
});
