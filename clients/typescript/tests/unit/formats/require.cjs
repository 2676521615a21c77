const { NotFoundError, PriceOS, Tollgate } = require("tollgate");

async function main() {
  const priceos = new PriceOS();
  const error = await priceos.products.get("nothing").catch((fault) => fault);
  console.log(JSON.stringify({ same: PriceOS === Tollgate, typed: error instanceof NotFoundError, code: error.code }));
}

main();
