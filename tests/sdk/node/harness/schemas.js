// Stripe's own OpenAPI document as a judge of answers; the Python suite beside this one does the same and says more.

import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {Ajv} from 'ajv';

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));
const DOCUMENT =
  process.env.TOLLGATE_STRIPE_OPENAPI ||
  path.resolve(REPOSITORY, '../shared/stripe-openapi/openapi.trimmed.json');
const DOCUMENT_URI = 'stripe-openapi.json';

// Nearly every string says 5000, also a description, which takes 40000 on the way in. The others are prose.
const IGNORED_KEYWORDS = new Set(['maxLength', 'description', 'title', 'nullable']);

// What Tollgate has and Stripe's document has not.
const ADDITION =
  /^(POST \/v1\/webhook_endpoints\/[^/]+\/roll_secret|POST \/v1\/events\/[^/]+\/retry|GET \/v1\/webhook_endpoints\/[^/]+\/deliveries|GET \/v1\/accounts|GET \/v1\/customers\/[^/]+\/sources)$/;

/** Undefined where the document is absent; a CI run must have it. */
const judge = loadJudge();

/** The answer must have the shape that the document gives to this operation's answers. */
export function checkOperation(method, urlPath, status, answer) {
  if (!judge || (status === 200 && ADDITION.test(`${method.toUpperCase()} ${urlPath}`))) return;
  const pointer = status === 200 ? responsePointer(method, urlPath) : '/components/schemas/error';
  assert.ok(pointer, `${method} ${urlPath} answered 200, but Stripe's document has no such operation`);
  const validate = judge.ajv.getSchema(`${DOCUMENT_URI}#${pointer}`);
  assert.ok(
    validate(answer),
    `the answer is not what Stripe's schema ${pointer} says: ${judge.ajv.errorsText(validate.errors)}`
  );
}

function loadJudge() {
  if (!existsSync(DOCUMENT)) {
    const absent = `Schema validation SKIPPED: Stripe's OpenAPI document is not at ${DOCUMENT}`;
    assert.notEqual(process.env.CI, 'true', `${absent}; a CI run must have it`);
    console.log(absent);
    return undefined;
  }
  const document = asJsonSchema(JSON.parse(readFileSync(DOCUMENT, 'utf8')));
  // The document is OpenAPI around its schemas, so it is no schema as a whole, and it has formats of its own.
  const ajv = new Ajv({strict: false, validateSchema: false, validateFormats: false});
  ajv.addSchema(document, DOCUMENT_URI);
  return {ajv, document};
}

function responsePointer(method, urlPath) {
  // A literal path wins over one with a placeholder, as /v1/products/search over /v1/products/{id}.
  const templates = Object.keys(judge.document.paths).sort((a, b) => a.split('{').length - b.split('{').length);
  const template = templates.find(
    (candidate) =>
      judge.document.paths[candidate][method.toLowerCase()] &&
      new RegExp(`^${candidate.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(urlPath)
  );
  if (!template) return undefined;
  const escaped = encodeURIComponent(template.replaceAll('/', '~1'));
  return `/paths/${escaped}/${method.toLowerCase()}/responses/200/content/application~1json/schema`;
}

/** OpenAPI 3.0 says `nullable` where JSON Schema lists null among the types. */
function asJsonSchema(node) {
  if (Array.isArray(node)) return node.map(asJsonSchema);
  if (node === null || typeof node !== 'object') return node;
  const schema = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (keyword === 'properties') {
      // The names in here are not keywords: a field may well be called `description`.
      schema[keyword] = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asJsonSchema(field)]));
    } else if (!IGNORED_KEYWORDS.has(keyword)) {
      schema[keyword] = asJsonSchema(value);
    }
  }
  return node.nullable === true ? {anyOf: [schema, {type: 'null'}]} : schema;
}
