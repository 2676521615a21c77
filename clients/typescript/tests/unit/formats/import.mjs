import { NotFoundError, PriceOS, Tollgate } from "tollgate";

const priceos = new PriceOS();
const error = await priceos.products.get("nothing").catch((fault) => fault);
console.log(JSON.stringify({ same: PriceOS === Tollgate, typed: error instanceof NotFoundError, code: error.code }));
