// A certified OpenID Connect provider on loopback: node provider.js SETTINGS, which are JSON.
// Whoever signs in is whom they say they are.
import { generateKeyPairSync } from "node:crypto";

import { Provider } from "oidc-provider";

const { port, client, secret, callback, back, notice, algorithm } = JSON.parse(process.argv[2]);
const pair = algorithm.startsWith("ES")
  ? generateKeyPairSync("ec", { namedCurve: "P-256" })
  : generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...pair.privateKey.export({ format: "jwk" }), kid: "today", use: "sig", alg: algorithm };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: client,
      client_secret: secret,
      redirect_uris: [callback],
      post_logout_redirect_uris: [back],
      backchannel_logout_uri: notice,
      backchannel_logout_session_required: true,
      id_token_signed_response_alg: algorithm,
    },
  ],
  jwks: { keys: [key] },
  features: { backchannelLogout: { enabled: true } },
  // Its own way refuses addresses of this machine, where the intranet of a test is.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  cookies: { keys: ["for tests only"] },
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["preferred_username"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id }),
  }),
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
