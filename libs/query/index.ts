export { type AddressRange, addressKey, parseCidr } from './address.ts';
export type { KqlField, KqlNode, KqlValue, RangeOperator } from './ast.ts';
export { and, not, or, textFields } from './ast.ts';
export { type Place, placeAt, type Suggestion, suggestionsFor } from './complete.ts';
export { type DocumentFacts, documentFacts, memberText, valuesAt } from './document.ts';
export { type DslBounds, type DslLayout, type DslOptions, type DslType, toDsl } from './dsl.ts';
export { dslWordLength, dslWordPattern } from './dsl_words.ts';
export { addFilter, removeFilter } from './filter.ts';
export { TooManyConditionsError } from './gather.ts';
export { type Fault, type Fix, type KqlResult, kqlLimits, type Notice, parseKql } from './parse.ts';
export { type CompileOptions, type EventPredicate, toPredicate } from './predicate.ts';
export { printKql } from './print.ts';
export { type SqlCondition, type SqlOptions, toSql } from './sql.ts';
export {
  type SqlColumn,
  type SqlLayout,
  type SqlRows,
  TooManyFieldsError,
} from './sql_layout.ts';
export type { SqlParameter } from './sql_tests.ts';
export { toSqlValues } from './sql_values.ts';
export { compareCodePoints } from './text.ts';
export { type Moment, parseMoment } from './time.ts';
export { type Token, tokenise } from './tokens.ts';
export { innerNewline, isWordMark, unkeyedWords, wordKey, wordKinds } from './word_keys.ts';
