// The SDK's own transport, with every answer looked at on its way in.

import assert from 'node:assert/strict';

import Stripe from 'stripe';

import {checkOperation} from './schemas.js';

const ERROR_TYPES = new Set(['api_error', 'card_error', 'idempotency_error', 'invalid_request_error']);

/**
 * An HTTP client for the SDK. What is wrong with an answer goes into `faults`, since the SDK would take an exception of
 * its transport for a lost connection and try again.
 */
export function checkingHttpClient(faults) {
  const client = Stripe.createNodeHttpClient();
  const makeRequest = client.makeRequest.bind(client);
  client.makeRequest = async (host, port, path, method, ...rest) => {
    const response = await makeRequest(host, port, path, method, ...rest);
    const toJSON = response.toJSON.bind(response);
    response.toJSON = async () => {
      const answer = await toJSON();
      try {
        check(method, path, response.getStatusCode(), response.getHeaders(), answer);
      } catch (fault) {
        faults.push(`${method} ${path}: ${fault.message}`);
      }
      return answer;
    };
    return response;
  };
  return client;
}

function check(method, path, status, headers, answer) {
  assert.ok(status < 500, `answered ${status}: ${JSON.stringify(answer)}`);
  assert.match(headers['content-type'] ?? '', /^application\/json/);
  assert.match(headers['request-id'] ?? '', /^req_[A-Za-z0-9]{14}$/);
  assert.equal(status === 200, !('error' in answer), `${status} does not fit the answer`);
  if ('error' in answer) {
    const {error} = answer;
    assert.ok(ERROR_TYPES.has(error.type), `unknown error type ${error.type}`);
    assert.equal('code' in error, 'doc_url' in error, 'doc_url is there exactly when code is');
  }
  checkOperation(method, path.split('?')[0], status, answer);
}
