// Whose hand it is, on a tablet that several people use: what history records.

const KEY = "ontap initials";

export function initials() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // no storage: the tablet's name says it
  }
}
