// The switches for everything that can be wrong.
import {send} from "./api.mjs";
import {make} from "./words.mjs";

const fields = new Map();

/** Makes the switches once; `say` tells what came of each. */
export async function makeFaults(say) {
  const {about} = await send("/faults", {}, "GET");
  const form = document.getElementById("switches");
  for (const heading of new Set(about.map(fault => fault.heading))) {
    const group = make("fieldset", {}, make("legend", {textContent: heading}));
    for (const fault of about) if (fault.heading === heading) group.append(makeFault(fault, say));
    form.append(group);
  }
  form.addEventListener("submit", event => event.preventDefault());
}

/** Shows which are on. */
export function showFaults(state) {
  document.getElementById("faults-on").textContent = state.faults_on.length ? `, ${state.faults_on.length} on` : ", none on";
  for (const [name, field] of fields) {
    if (field === document.activeElement && field.type === "number") continue;
    if (field.type === "checkbox") field.checked = state.faults[name];
    else field.value = state.faults[name];
  }
}

function makeFault(fault, say) {
  const field = fault.kind === "choice" ? make("select", {}, ...fault.choices.map(choice => make("option", {value: choice, textContent: String(choice).replaceAll("_", " ")}))) : make("input");
  if (fault.kind === "switch") Object.assign(field, {type: "checkbox", className: "tick"}).setAttribute("role", "switch");
  if (fault.kind === "number") Object.assign(field, {type: "number", min: fault.least, max: fault.most, step: 1, inputMode: "numeric"});
  field.name = fault.name;
  fields.set(fault.name, field);
  field.addEventListener("change", async () => {
    const value = fault.kind === "switch" ? field.checked : typeof fault.normal === "number" ? Number(field.value) : field.value;
    try {
      await send("/faults", {[fault.name]: value});
      say(`${fault.title}: ${fault.kind === "switch" ? (value ? "on" : "off") : value}.`);
    } catch (error) {
      say(error.message);
    }
  });
  const title = make("span", {textContent: fault.title});
  return fault.kind === "switch" ? make("label", {className: "pick"}, field, title) : make("label", {className: "pick other"}, title, field);
}
