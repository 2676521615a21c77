// Written by `tollgate types typescript` from the features of this Tollgate. Do not edit: run it again instead.
//
//   import { PriceOS } from "tollgate";
//   import type { MyFeatures } from "./priceos.types";
//
//   const priceos = new PriceOS<MyFeatures>();

export interface MyFeatures {
  exports: { type: "limit"; tracksUsage: true };
  seats: { type: "limit"; tracksUsage: false };
  sso: { type: "boolean" };
}
