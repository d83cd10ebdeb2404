// What this tablet keeps from one day to the next. A browser that keeps nothing forgets it with the page.

const memory = new Map();

export function stored(name) {
  try {
    return localStorage.getItem(`ontap ${name}`) ?? memory.get(name) ?? "";
  } catch {
    return memory.get(name) ?? "";
  }
}

export function store(name, text) {
  memory.set(name, text);
  try {
    localStorage.setItem(`ontap ${name}`, text);
  } catch {
    // private browsing, or full
  }
}
