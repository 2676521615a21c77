// From arguments to what is sent. Whatever cannot be sent as it was meant is a TypeError that names the field.

export type QueryValue = string | number | boolean | null | undefined;

/** One segment of a path, from the argument called `name`. */
export function segment(name: string, value: string): string {
  if (typeof value !== "string" || value === "") throw new TypeError(`${name} must be a string that is not empty`);
  // Every URL parser takes these away, percent-encoded too, and the request would go elsewhere.
  if (value === "." || value === "..") throw new TypeError(`${name} cannot be "${value}": no path can hold it`);
  try {
    return encodeURIComponent(value);
  } catch {
    throw new TypeError(`${name} is not well-formed Unicode`);
  }
}

/** With its question mark, or nothing; what is null or undefined is left out. */
export function encodeQuery(query: Record<string, QueryValue>): string {
  refuseBadNumbers(query, "");
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) pairs.append(name, String(value));
  }
  const text = pairs.toString();
  return text === "" ? "" : `?${text}`;
}

export function encodeBody(body: object): string {
  // First, since it refuses what has no end.
  const text = JSON.stringify(body);
  refuseBadNumbers(body, "");
  return text;
}

/** JSON has no word for these and would say null, which means something else. */
function refuseBadNumbers(value: unknown, path: string): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`${path} must be a finite number, not ${value}`);
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => refuseBadNumbers(item, `${path}[${index}]`));
  } else if (typeof value === "object" && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      refuseBadNumbers(field, path === "" ? name : `${path}.${name}`);
    }
  }
}
