// Stop a file on a machine and take it away, as an application: MSAL for the token, fetch for the rest.
//
//     node with_msal.mjs MACHINE_ID SHA1
//
// Against Microsoft's service QUELL_AUTHORITY is not set. `knownAuthorities` says that you answer for
// an authority which Microsoft does not know.

import { setTimeout as sleep } from "node:timers/promises";
import { ConfidentialClientApplication } from "@azure/msal-node";

const { QUELL_BASE_URL, QUELL_AUTHORITY, QUELL_TENANT_ID, QUELL_CLIENT_ID, QUELL_CLIENT_SECRET } =
  process.env;
const SCOPE = "https://api.securitycenter.microsoft.com/.default";
const FINAL = ["Succeeded", "Failed", "TimeOut", "Cancelled"];

const authority = QUELL_AUTHORITY ?? "https://login.microsoftonline.com";
const application = new ConfidentialClientApplication({
  auth: {
    clientId: QUELL_CLIENT_ID,
    clientSecret: QUELL_CLIENT_SECRET,
    authority: `${authority}/${QUELL_TENANT_ID}`,
    knownAuthorities: QUELL_AUTHORITY ? [new URL(authority).host] : [],
  },
});

async function token(fresh) {
  const answer = await application.acquireTokenByClientCredential({
    scopes: [SCOPE],
    skipCache: fresh,
  });
  return answer.accessToken;
}

async function call(method, path, body) {
  for (let renewed = false; ; ) {
    const answer = await fetch(`${QUELL_BASE_URL}/api/${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${await token(renewed)}`,
        ...(body && { "Content-Type": "application/json" }),
      },
      body: body && JSON.stringify(body),
    });
    if (answer.status === 429) {
      // The service says how long its window is full: asking sooner prolongs it.
      await sleep(1000 * Number(answer.headers.get("Retry-After") ?? 60));
    } else if (answer.status === 401 && !renewed) {
      renewed = true;
    } else if (answer.ok) {
      return answer.json();
    } else {
      const { error } = await answer.json();
      throw new Error(`${answer.status} ${error.code}: ${error.message}`);
    }
  }
}

const [machine, sha1] = process.argv.slice(2);
let action = await call("POST", `machines/${machine}/StopAndQuarantineFile`, {
  Comment: "with MSAL for Node",
  Sha1: sha1,
});
while (!FINAL.includes(action.status)) {
  await sleep(1000);
  action = await call("GET", `machineactions/${action.id}`);
}
console.log(action.id, action.status);

const filter = encodeURIComponent(`machineId eq '${machine}' and status eq 'Succeeded'`);
const { value } = await call("GET", `machineactions?$filter=${filter}`);
if (!value.some((listed) => listed.id === action.id)) {
  throw new Error("the list does not have it");
}
