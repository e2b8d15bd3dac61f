/**
 * Letters, digits and `_` of any language, as the inside of a class: without the flag `u`, which makes expressions slow.
 * Beyond ASCII all is a letter that stands in no block of punctuation.
 */
export const letter =
  'A-Za-z0-9_\\u00aa\\u00b5\\u00ba\\u00c0-\\u1fff\\u2c00-\\u2dff\\u3040-\\udfff\\uf900-\\ufdff';
