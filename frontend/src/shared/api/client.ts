import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

/** What the API says of an error (RFC 9457). */
export type Problem = components["schemas"]["Problem"];

/** A refusal the server answered with; message is for people, requestId for the operator. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly requestId: string | undefined;

  constructor(status: number, message: string, requestId?: string) {
    super(message);
    this.status = status;
    this.requestId = requestId;
  }
}

/** The server could not be reached: no network, or nothing listening. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The API of this site, typed by docs/openapi.json. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  // Looked up at each call, so that a test may stand in for the network.
  fetch: (request) => window.fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; anything else is thrown as Refusal or Unreachable. */
export async function read<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (fault) {
    // fetch rejects with TypeError when no answer came; an abort is not a fault.
    if (fault instanceof TypeError) throw new Unreachable("连接不上服务器");
    throw fault;
  }
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  throw refusalOf(answer.response.status, answer.error);
}

function refusalOf(status: number, body: unknown): Refusal {
  const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<Problem>;
  return new Refusal(status, problem.detail ?? `服务器返回了错误（${status}）`, problem.requestId);
}
