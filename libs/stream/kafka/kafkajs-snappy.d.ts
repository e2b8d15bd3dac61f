declare module 'kafkajs-snappy' {
  /** A codec for kafkajs's table; it brings no types of its own. */
  const createCodec: () => unknown;
  export = createCodec;
}
