// What TypeScript knows of an account's features, so that keys are checked and access entries have exact types.

/** A feature at compile time: its kind and, for a limit, whether Tollgate counts its usage. */
export type FeatureDefinition = { type: "boolean" } | { type: "limit"; tracksUsage: boolean };

/**
 * What a client's type argument has to be: feature key -> definition. `tollgate types typescript` writes one as
 * `MyFeatures`; interfaces and type aliases both serve.
 */
export type FeatureDefinitions<Features> = { [Key in keyof Features]: FeatureDefinition };

/** The type argument of a client that was given none: every string may be a feature, of any kind. */
export type AnyFeatures = Record<string, FeatureDefinition>;

/** The keys of all features. */
export type FeatureKey<Features> = keyof Features & string;

/** The keys of boolean features. */
export type BooleanFeatureKey<Features> = KeysDefinedAs<Features, { type: "boolean" }>;

/** The keys of limit features, tracked or not. */
export type LimitFeatureKey<Features> = KeysDefinedAs<Features, { type: "limit" }>;

/** The keys of limit features whose usage Tollgate counts: those that take usage and bonuses. */
export type TrackedFeatureKey<Features> = KeysDefinedAs<Features, { type: "limit"; tracksUsage: true }>;

type KeysDefinedAs<Features, Definition> = string extends keyof Features
  ? string
  : { [Key in keyof Features]: Features[Key] extends Definition ? Key : never }[keyof Features] & string;
