import { type Fields, fieldsOf, isFields, listOf } from "../slack/json.ts";

/** Discord numbers the components that came without an `id`, from the outside in, and leaves taken numbers out. */
export function settleComponents(components: readonly Fields[]): Fields[] {
  const taken = new Set(components.flatMap(idsIn));
  let last = 0;

  function next(): number {
    do {
      last += 1;
    } while (taken.has(last));
    return last;
  }

  function settle(component: Fields): Fields {
    const { id, components: inner, accessory, component: single, ...rest } = component;
    return {
      ...rest,
      id: typeof id === "number" && id > 0 ? id : next(),
      ...(isFields(single) && { component: settle(single) }),
      ...(Array.isArray(inner) && { components: inner.map((it) => settle(fieldsOf(it))) }),
      ...(isFields(accessory) && { accessory: settle(accessory) }),
    };
  }

  return components.map(settle);
}

/** The component and all that are in it. */
export function allIn(component: Fields): Fields[] {
  const inner = [...listOf(component["components"]), component["accessory"], component["component"]];
  return [component, ...inner.filter(isFields).flatMap(allIn)];
}

function idsIn(component: Fields): number[] {
  return allIn(component).flatMap(({ id }) => (typeof id === "number" && id > 0 ? [id] : []));
}
