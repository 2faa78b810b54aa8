// SPDX-License-Identifier: ISC
// node's oidc-provider, with people whose claims are those of CXone.
//
//     oidc_provider.mjs PACKAGES CAST
//
// CAST is a file of JSON, which oidc_provider.py writes.  Prints a line of
// JSON with the port, then one for each request and for each error of the
// token endpoint.  Ends with its standard input.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { pathToFileURL } from 'node:url';

const [packages, cast] = process.argv.slice(2);
const { people, clients, certificate, key } = JSON.parse(readFileSync(cast));
const { default: Provider } = await import(
  pathToFileURL(`${packages}/oidc-provider/lib/index.js`));

console.info = console.error; // the provider's remarks about itself
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
const { port } = server.address();

const signing = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const names = Object.keys(Object.values(people)[0]);
const provider = new Provider(`https://localhost:${port}`, {
  clients,
  jwks: { keys: [{ ...signing.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
  cookies: { keys: ['of the tests'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  pkce: { methods: ['S256'], required: () => true },
  scopes: ['openid'],
  claims: { openid: names },
  conformIdTokenClaims: false, // the claims of the scope are in the id_token
  findAccount: (ctx, sub) => {
    const person = Object.values(people).find((one) => one.sub === sub);
    return person && { accountId: sub, claims: () => person };
  },
  // an app of the organization's own: no page asks for consent
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  routes: {
    authorization: '/auth/authorize', token: '/auth/token',
    jwks: '/auth/jwks', userinfo: '/auth/userinfo',
  },
  ttl: { AccessToken: 3600, AuthorizationCode: 300, Grant: 3600, IdToken: 3600, Interaction: 3600, Session: 3600 },
});

const page = (action) => `<form action="${action}" method="post">${Object.keys(people).map((one) => (
  `<button name="person" value="${one}">${one}</button>`)).join('')}
<button name="person" value="cancel">Cancel</button></form>`;

// The sign-in page: whoever presses a button is that person.
async function interact(ctx) {
  if (ctx.method === 'GET') {
    ctx.type = 'html';
    ctx.body = page(ctx.path);
    return;
  }
  const pressed = new URLSearchParams((await ctx.req.toArray()).join('')).get('person');
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, pressed === 'cancel'
    ? { error: 'access_denied' } : { login: { accountId: people[pressed].sub }, consent: {} });
}

provider.use(async (ctx, next) => {
  await (ctx.path.startsWith('/interaction/') ? interact(ctx) : next());
  const isToken = ctx.path === '/auth/token';
  const line = {
    method: ctx.method, path: ctx.path, query: ctx.querystring, status: ctx.status,
    form: isToken && ctx.oidc ? ctx.oidc.body : {}, reply: isToken ? ctx.body : {},
  };
  ctx.res.on('finish', () => tell(line));
});
provider.on('grant.error', (ctx, error) => tell({
  error: error.error, why: error.error_detail ?? error.error_description }));

server.on('request', provider.callback());
process.stdin.on('end', () => process.exit()).resume();
tell({ port });
