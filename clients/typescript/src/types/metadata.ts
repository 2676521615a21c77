/** Up to 50 keys, each value a string of up to 500 characters. */
export type Metadata = Record<string, string>;
