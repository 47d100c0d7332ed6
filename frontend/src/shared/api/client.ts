import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

/** What the API says of an error (RFC 9457). */
export type Problem = components["schemas"]["Problem"];

/** One fault in the input: the field as the request names it, and what would be right. */
export type FieldFault = components["schemas"]["ProblemField"];

/** A refusal the server answered with; message is for people, requestId for the operator. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly requestId: string | undefined;
  readonly fields: readonly FieldFault[];

  constructor(status: number, message: string, requestId?: string, fields: readonly FieldFault[] = []) {
    super(message);
    this.status = status;
    this.requestId = requestId;
    this.fields = fields;
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
  const answer = await answered(asked);
  if (answer.data !== undefined) return answer.data;
  throw refusalOf(answer.response.status, answer.error);
}

/** A good answer whose body says nothing; anything else is thrown, as read does. */
export async function done(asked: Promise<Answer<unknown>>): Promise<void> {
  await answered(asked);
}

async function answered<T>(asked: Promise<Answer<T>>): Promise<Answer<T>> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (fault) {
    // fetch rejects with TypeError when no answer came; an abort is not a fault.
    if (fault instanceof TypeError) throw new Unreachable("连接不上服务器");
    throw fault;
  }
  if (answer.response.ok) return answer;
  throw refusalOf(answer.response.status, answer.error);
}

/** Text that is not a problem (a proxy's error page) says nothing to a person. */
export function refusalOf(status: number, body: unknown): Refusal {
  const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<Problem>;
  return new Refusal(status, problem.detail ?? `服务器返回了错误（${status}）`, problem.requestId, problem.errors ?? []);
}
