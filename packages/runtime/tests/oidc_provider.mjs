// An identity provider for tests: the program oidc-provider, certified by the OpenID Foundation, on loopback.
// Told by its environment: where it listens, which clients and people it knows, where the package is.
const { default: Provider } = await import(`${process.env.PACKAGE}/lib/index.js`);
const { generateKeyPair, exportJWK } = await import(`${process.env.PACKAGE}/../jose/dist/webapi/index.js`);

const told = JSON.parse(process.env.TOLD);
const keys = [];
for (const alg of ['RS256', 'ES256']) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  keys.push({ ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `${alg}-${Date.now()}` });
}

const provider = new Provider(told.issuer, {
  clients: told.clients,
  jwks: { keys },
  cookies: { keys: ['a key for tests only'] },
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  scopes: ['openid', 'email', 'profile', 'groups', 'api'],
  // Its own guard keeps it from loopback, where the services of tests are.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => ({
        scope: 'api', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600,
        jwt: { sign: { alg: 'ES256' } },
      }),
      useGrantedResource: () => true,
    },
  },
  // What an access token for an API says beside the subject: that of the person.
  extraTokenClaims: (_, token) => (token.resourceServer ? told.people[token.accountId] : undefined),
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...(told.people[id] || {}) }) }),
  ttl: { Session: 3600, Grant: 3600, Interaction: 600, AccessToken: 600, IdToken: 300, AuthorizationCode: 60 },
});
provider.on('server_error', (_, error) => console.error(error));
provider.listen(told.port, '127.0.0.1', () => console.log('listening'));
