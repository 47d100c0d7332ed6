import { type Shape, anything, flag, integer, list, oneOf, optional, record, table, text } from "./shape";

export type Algorithm = "sha256" | "sm3";
export type Purpose = "winner" | "order" | "base" | "tickets" | "panel";

export interface Pick {
  index: number;
  hash: string;
  remaining: number;
  remainder: number;
  number: number;
  struck?: boolean | undefined;
}

export interface Ticket {
  number: number;
  first: number;
  last: number;
}

export interface Table {
  purpose: Purpose;
  pool: number;
  tickets?: Ticket[] | undefined;
  picks: Pick[];
}

export interface Edition {
  kind: "drand" | "lottery" | "commit";
  chain?: string | undefined;
  round?: number | undefined;
  game?: string | undefined;
  issue?: string | undefined;
  date?: string | undefined;
}

export interface DrandValue {
  chain: string;
  publicKey: string;
  genesisTime: number;
  period: number;
  groupHash: string;
  id: string;
  round: number;
  randomness: string;
  signature: string;
}

export interface LotteryValue {
  game: string;
  issue: string;
  date: string;
  numbers: number[];
  where?: string | undefined;
}

export interface Reveal {
  party: string;
  commitment: string;
  value: string;
}

export interface Entropy {
  drand?: DrandValue | undefined;
  lottery?: LotteryValue | undefined;
  commit?: Reveal[] | undefined;
}

export interface Seat {
  number: number;
  uscc?: string | undefined;
  hash?: string | undefined;
}

export type Method = "random" | "lowest_price" | "reference_price" | "credit_weighted" | "proposal" | "panel" | "direct";
export type Result = "selected" | "reserve" | "not_selected" | "disqualified";

export interface Bid {
  number: number;
  quoteFen?: number | undefined;
  discountBp?: number | undefined;
  creditTenths: number;
  struck?: string | undefined;
  explanation?: "accepted" | "rejected" | undefined;
}

export interface Choice {
  number: number;
  reason: string;
  reserves?: number[] | undefined;
}

export interface Score {
  expert: number;
  number: number;
  price: number;
  technical: number;
  credit: number;
}

export interface Input {
  method: Method;
  bids: Bid[];
  minimum?: number | undefined;
  reserves?: number | undefined;
  mustQuote?: boolean | undefined;
  floorFen?: number | undefined;
  ceilingFen?: number | undefined;
  lowPercent?: number | undefined;
  bases?: number[] | undefined;
  keep?: number | undefined;
  shortlist?: number | undefined;
  priceWeight?: number | undefined;
  techWeight?: number | undefined;
  creditWeight?: number | undefined;
  experts?: number | undefined;
  scores?: Score[] | undefined;
  choice?: Choice | undefined;
}

export interface Place {
  number: number;
  result: Result;
  place?: number | undefined;
  rank?: number | undefined;
  reason: string;
}

export interface Step {
  name: string;
  text: string;
  numbers?: number[] | undefined;
  value?: string | undefined;
}

export interface Outcome {
  places: Place[];
  shortlist?: number[] | undefined;
  steps?: Step[] | undefined;
  failure?: string | undefined;
}

export interface Receipt {
  entry: string;
  index: number;
  leaf: string;
  leafHash: string;
  proof?: string[] | undefined;
  checkpoint?: string | undefined;
}

export interface Evidence {
  version: number;
  procurement: string;
  number: string;
  purpose: "selection" | "panel";
  attempt: number;
  algorithm: Algorithm;
  frozenAt: string;
  selectionAt: string;
  named: Edition;
  fallback?: Edition | undefined;
  fallbackHours?: number | undefined;
  usedFallback?: boolean | undefined;
  entropy: Entropy;
  key: string;
  pool: Seat[];
  poolHash: string;
  struck?: number[] | undefined;
  picks: number;
  reserves: number;
  draws: Table[];
  selection?: Input | undefined;
  outcome?: Outcome | undefined;
  digest: string;
  receipts?: Receipt[] | undefined;
}

export interface AwardEvidence {
  version: number;
  number: string;
  procurement: string;
  award: unknown;
  receipt: Receipt;
  salts?: Map<string, string> | undefined;
}

const pick = record<Pick>({ index: integer, hash: text, remaining: integer, remainder: integer, number: integer, struck: optional(flag) });
const ticket = record<Ticket>({ number: integer, first: integer, last: integer });
const drawTable = record<Table>({
  purpose: oneOf("winner", "order", "base", "tickets", "panel"),
  pool: integer,
  tickets: optional(list(ticket)),
  picks: (v, at) => (v === null ? [] : list(pick)(v, at)),
});
const edition = record<Edition>({
  kind: oneOf("drand", "lottery", "commit"),
  chain: optional(text),
  round: optional(integer),
  game: optional(text),
  issue: optional(text),
  date: optional(text),
});
const drand = record<DrandValue>({
  chain: text,
  publicKey: text,
  genesisTime: integer,
  period: integer,
  groupHash: text,
  id: text,
  round: integer,
  randomness: text,
  signature: text,
});
const lottery = record<LotteryValue>({ game: text, issue: text, date: text, numbers: list(integer), where: optional(text) });
const reveal = record<Reveal>({ party: text, commitment: text, value: text });
const entropy = record<Entropy>({ drand: optional(drand), lottery: optional(lottery), commit: optional(list(reveal)) });
const seat = record<Seat>({ number: integer, uscc: optional(text), hash: optional(text) });
const bid = record<Bid>({
  number: integer,
  quoteFen: optional(integer),
  discountBp: optional(integer),
  creditTenths: integer,
  struck: optional(text),
  explanation: optional(oneOf("accepted", "rejected")),
});
const choice = record<Choice>({ number: integer, reason: text, reserves: optional(list(integer)) });
const score = record<Score>({ expert: integer, number: integer, price: integer, technical: integer, credit: integer });
const input = record<Input>({
  method: oneOf("random", "lowest_price", "reference_price", "credit_weighted", "proposal", "panel", "direct"),
  bids: list(bid),
  minimum: optional(integer),
  reserves: optional(integer),
  mustQuote: optional(flag),
  floorFen: optional(integer),
  ceilingFen: optional(integer),
  lowPercent: optional(integer),
  bases: optional(list(integer)),
  keep: optional(integer),
  shortlist: optional(integer),
  priceWeight: optional(integer),
  techWeight: optional(integer),
  creditWeight: optional(integer),
  experts: optional(integer),
  scores: optional(list(score)),
  choice: optional(choice),
});
const place = record<Place>({
  number: integer,
  result: oneOf("selected", "reserve", "not_selected", "disqualified"),
  place: optional(integer),
  rank: optional(integer),
  reason: text,
});
const step = record<Step>({ name: text, text, numbers: optional(list(integer)), value: optional(text) });
const outcome = record<Outcome>({ places: list(place), shortlist: optional(list(integer)), steps: optional(list(step)), failure: optional(text) });
const receipt = record<Receipt>({ entry: text, index: integer, leaf: text, leafHash: text, proof: optional(list(text)), checkpoint: optional(text) });

/** The evidence of a draw, format 1. */
export const evidence: Shape<Evidence> = record<Evidence>({
  version: integer,
  procurement: text,
  number: text,
  purpose: oneOf("selection", "panel"),
  attempt: integer,
  algorithm: oneOf("sha256", "sm3"),
  frozenAt: text,
  selectionAt: text,
  named: edition,
  fallback: optional(edition),
  fallbackHours: optional(integer),
  usedFallback: optional(flag),
  entropy,
  key: text,
  pool: list(seat),
  poolHash: text,
  struck: optional(list(integer)),
  picks: integer,
  reserves: integer,
  draws: list(drawTable),
  selection: optional(input),
  outcome: optional(outcome),
  digest: text,
  receipts: optional(list(receipt)),
});

/** The evidence of an award, format 1. */
export const awardEvidence: Shape<AwardEvidence> = record<AwardEvidence>({
  version: integer,
  number: text,
  procurement: text,
  award: anything,
  receipt,
  salts: optional(table(text)),
});
