/**
 * One way to forecast a series. Values are a `Float64Array`, oldest first; NaN where nobody measured. Parameters are found
 * on values up to an end, and forecasts made from any origins with them, so that a back-test looks ahead nowhere.
 */
export interface Method {
  /** As metrics name it, e.g. `holt_winters_log`. */
  readonly name: string;
  /** Steps of its longest season; 1 for none. */
  readonly season: number;
  /** Fewest values that it needs. */
  readonly least: number;
  /**
   * Finds the method's parameters.
   *
   * @param end of the values that it may look at, exclusive; at least `least`
   * @param start parameters found before on less of the series, to go on from
   */
  readonly fit: (values: Float64Array, end: number, start?: Float64Array) => Float64Array;
  /**
   * Forecasts from several origins in one pass.
   *
   * @param origins ascending; what stands before an origin is known, what stands from it on is not looked at
   * @param horizon steps ahead
   * @returns for each origin its values at steps 1 to `horizon`
   */
  readonly forecast: (
    values: Float64Array,
    parameters: Float64Array,
    origins: readonly number[],
    horizon: number,
  ) => Float64Array[];
}

/** The method on logarithms, for series whose swings grow with their level. Values not above `-shift` count as unknown. */
export function inLogs(method: Method, shift: number): Method {
  const logs = (values: Float64Array): Float64Array =>
    values.map((value) => (value > -shift ? Math.log(value + shift) : Number.NaN));
  return {
    name: `${method.name}_log`,
    season: method.season,
    least: method.least,
    fit: (values, end, start) => method.fit(logs(values), end, start),
    forecast: (values, parameters, origins, horizon) =>
      method
        .forecast(logs(values), parameters, origins, horizon)
        .map((path) => path.map((value) => Math.exp(value) - shift)),
  };
}
