// Verifies credentials with Digital Bazaar's code. Usage: verify.mjs CONTEXTS FOLDER; prints one JSON line for each *.json file.
// Status lists lie in the folder as list-*.json. Nothing is fetched: contexts, keys and lists come from files and addresses themselves.
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as rdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {verifyCredential} from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';

const [contexts, folder] = process.argv.slice(2);
const read = file => JSON.parse(readFileSync(file));
const kept = {
  'https://www.w3.org/ns/credentials/v2': read(join(contexts, 'credentials-v2.json')),
  'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json': read(join(contexts, 'open-badges-3.0.3.json')),
};
const files = readdirSync(folder).filter(name => name.endsWith('.json')).sort();
for (const name of files.filter(name => name.startsWith('list-'))) {
  const list = read(join(folder, name));
  kept[list.id] = list;
}

async function documentLoader(url) {
  if (kept[url]) return {documentUrl: url, document: kept[url], contextUrl: null};
  if (!url.startsWith('did:key:')) throw new Error(`nothing is fetched: ${url}`);
  const key = url.slice('did:key:'.length).split('#')[0];
  const controller = `did:key:${key}`;
  const method = {id: `${controller}#${key}`, type: 'Multikey', controller, publicKeyMultibase: key};
  const document = url.includes('#')
    ? {'@context': 'https://w3id.org/security/multikey/v1', ...method}
    : {'@context': 'https://www.w3.org/ns/did/v1', id: controller, verificationMethod: [method], assertionMethod: [method.id]};
  return {documentUrl: url, document, contextUrl: null};
}

const suite = [new DataIntegrityProof({cryptosuite: rdfc}), new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()})];
for (const name of files) {
  const credential = read(join(folder, name));
  // Lists are verified too; by this machine's clock, for their verifier is not told another.
  const found = await verifyCredential({credential, suite, documentLoader, checkStatus, now: '2026-07-01T00:00:00Z'});
  const proofs = (found.results || []).filter(one => one.verified).map(one => one.proof.cryptosuite).sort();
  const set = found.statusResult?.results?.map(one => one.status) || [];
  console.log(JSON.stringify({name, verified: found.verified, proofs, set, error: String(found.statusResult?.error || found.error?.errors || '')}));
}
