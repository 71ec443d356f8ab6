/* Reads QR codes from the phone's camera: with the browser's own detector, else with static/vendor/qr-decode.min.js. */
(function () {
  "use strict";

  var EVERY = 140, SAME_AGAIN = 4000, WIDEST = 720;

  function load(url) {
    return window.QrDecode ? Promise.resolve() : new Promise(function (resolve, reject) {
      var script = document.createElement("script");
      script.src = url; script.onload = resolve; script.onerror = reject;
      document.head.append(script);
    });
  }

  function reader(url) {
    var own = window.BarcodeDetector ? BarcodeDetector.getSupportedFormats().catch(function () { return []; }) : Promise.resolve([]);
    return own.then(function (formats) {
      if (formats.indexOf("qr_code") >= 0) {
        var detector = new BarcodeDetector({ formats: ["qr_code"] });
        return function (video) {
          return detector.detect(video).then(function (found) { return found.length ? found[0].rawValue : ""; });
        };
      }
      return load(url).then(function () {
        var canvas = document.createElement("canvas"), context = canvas.getContext("2d", { willReadFrequently: true });
        return function (video) {
          var scale = Math.min(1, WIDEST / video.videoWidth);
          canvas.width = Math.round(video.videoWidth * scale); canvas.height = Math.round(video.videoHeight * scale);
          context.drawImage(video, 0, 0, canvas.width, canvas.height);
          try { return Promise.resolve(QrDecode.default(context.getImageData(0, 0, canvas.width, canvas.height)) || ""); }
          catch (e) { return Promise.resolve(""); }
        };
      });
    });
  }

  // Calls seen(text) for every code, the same one again only after a while. Resolves with the way to stop.
  function start(video, url, seen) {
    var last = "", lastAt = 0, timer, stream;
    return navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } })
      .then(function (got) {
        stream = got; video.srcObject = got;
        return Promise.all([video.play(), reader(url)]);
      }).then(function (both) {
        function look() {
          var next = function () { timer = setTimeout(look, EVERY); };
          if (video.readyState < 2 || !video.videoWidth) { next(); return; }
          both[1](video).then(function (text) {
            if (text && (text !== last || Date.now() - lastAt > SAME_AGAIN)) { last = text; lastAt = Date.now(); seen(text); }
            else if (text) lastAt = Date.now();  // still held before the camera
          }).catch(function () {}).then(next);
        }
        look();
        return function () { clearTimeout(timer); stream.getTracks().forEach(function (t) { t.stop(); }); video.srcObject = null; };
      }).catch(function (error) {
        if (stream) stream.getTracks().forEach(function (t) { t.stop(); });
        throw error;
      });
  }

  function possible() { return !!(navigator.mediaDevices && navigator.mediaDevices.getUserMedia); }

  window.OkoceCamera = { start: start, possible: possible };
})();
