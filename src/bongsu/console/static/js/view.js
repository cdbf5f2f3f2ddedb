// What the officer looks at stands in the address, so that a colleague who opens it sees the same.

const params = () => new URLSearchParams(location.search);

export const read = (name) => params().get(name);

export function write(name, value) {
  const all = params();
  if (value === null || value === undefined || value === "") all.delete(name);
  else all.set(name, value);
  const text = all.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}
