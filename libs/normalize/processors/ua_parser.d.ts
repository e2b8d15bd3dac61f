/** What is used of the package, which has no types of its own. */
declare module 'ua-parser-js' {
  export class UAParser {
    constructor(text: string);
    getResult(): {
      readonly browser: { readonly name?: string; readonly version?: string };
      readonly os: { readonly name?: string; readonly version?: string };
      readonly device: { readonly model?: string };
    };
  }
}
