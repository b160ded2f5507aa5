"use strict";
// Hands the answer of a login to the Swagger UI that has opened this window, and closes it.
(() => {
  const waiting = window.opener && window.opener.swaggerUIRedirectOauth2;
  if (!waiting) return;
  const answer = Object.fromEntries(new URLSearchParams(window.location.search));
  const failed = (message) =>
    waiting.errCb({ authId: waiting.auth.name, source: "auth", level: "error", message });
  if (answer.state !== waiting.state) {
    failed("The answer does not belong to this login; it is ignored.");
  } else if (!answer.code) {
    failed(answer.error_description || answer.error || "The login gave no code.");
  } else {
    delete waiting.auth.state;
    waiting.auth.code = answer.code;
    waiting.callback({ auth: waiting.auth, redirectUrl: waiting.redirectUrl });
  }
  window.close();
})();
