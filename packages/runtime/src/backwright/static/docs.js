"use strict";
// Starts Swagger UI on the document of this service. A file of its own, because the page allows no inline script.
window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false,
    validatorUrl: null,
    oauth2RedirectUrl: new URL("docs/oauth2-redirect", window.location.href).href,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
  // The built-in public client (oauth.py); of no effect where the document offers no such login.
  window.ui.initOAuth({
    clientId: "0192c0de-0000-7000-8000-000000000d0c",
    usePkceWithAuthorizationCodeGrant: true,
  });
});
