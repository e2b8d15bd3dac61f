import type { Role, Session } from '@tidewatch/control';
import type { Scope } from '@tidewatch/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Auditor } from './audit.ts';
import type { DeepReadonly } from './deep_readonly.ts';
import type { ApiDeps } from './deps.ts';
import type { IdentityProvider } from './oidc/provider.ts';
import type { Vouching } from './oidc/vouching.ts';
import type { Caller } from './security/caller.ts';
import type { LoginRate } from './security/login_rate.ts';
import type { Policy } from './security/policy.ts';
import type { Refusals } from './security/refusals.ts';

/** What the handlers work with: what the composition root gave, and what the API made of it. */
export interface Api extends ApiDeps {
  readonly audit: Auditor;
  /** Hears what was not done. */
  readonly refusals: Refusals;
  readonly now: () => number;
  readonly startedAt: number;
  readonly allowLogin: LoginRate;
  /** What API keys can be made for. */
  readonly keyScopes: readonly string[];
  /** Absent where no identity provider is configured. */
  readonly identity: IdentityProvider | undefined;
  readonly vouching: Vouching | undefined;
  /** Live streams that are open. */
  readonly streams: Set<{ readonly end: () => void }>;
}

export interface RouteSchemas {
  readonly query?: z.ZodType;
  readonly params?: z.ZodType;
  readonly body?: z.ZodType;
  /** What 200 answers, or `status`; without it the route answers 204. */
  readonly answer?: z.ZodType;
}

type Parsed<S extends RouteSchemas, K extends keyof RouteSchemas> = S[K] extends z.ZodType
  ? z.output<S[K]>
  : undefined;
type Answer<S extends RouteSchemas> = S['answer'] extends z.ZodType
  ? DeepReadonly<z.input<S['answer']>>
  : undefined;

/** One request as its handler sees it: parsed, authorised, with one `now`. */
export interface Call<S extends RouteSchemas> {
  readonly query: Parsed<S, 'query'>;
  readonly params: Parsed<S, 'params'>;
  readonly body: Parsed<S, 'body'>;
  readonly caller: Caller;
  /** Of a caller in a browser. */
  readonly session: Session | undefined;
  readonly scope: Scope;
  readonly now: number;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** One row of the route table: what it takes and gives, who may use it, and what the audit log hears of it. */
export interface Route<S extends RouteSchemas = RouteSchemas> {
  /** Operation id in the OpenAPI document, and action in the audit log. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly summary: string;
  readonly policy: Policy;
  /** `read`: noted with query and result size. `change`: noted durably before the answer. `own`: nothing, or by the handler. */
  readonly audit: 'read' | 'change' | 'own';
  readonly schemas: S;
  /** Of an answer that something was begun. */
  readonly status?: 202;
  /** Bytes of a body, where it is not that of others (1 MiB). */
  readonly bodyLimit?: number;
  /** Media type of the answer where it is not JSON. */
  readonly produces?: string;
  /** Answers the value of `answer`, undefined for 204, or the reply it wrote itself. */
  handle(call: Call<S>, api: Api): Promise<Answer<S> | FastifyReply>;
}

/** Infers the handler's types from the schemas. */
export const route = <S extends RouteSchemas>(row: Route<S>): Route => row;

export const everyone: readonly Role[] = ['viewer', 'analyst', 'engineer', 'privacy_officer', 'admin'];
export const administrators: readonly Role[] = ['admin'];
