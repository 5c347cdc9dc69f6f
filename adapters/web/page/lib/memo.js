import { Component, html } from "../preact.js";

/** Draws a component again only when what it is given has changed. Lists are compared by what is in them. */
export function memo(Drawn) {
  return class Memo extends Component {
    shouldComponentUpdate(next) {
      const names = new Set([...Object.keys(this.props), ...Object.keys(next)]);
      return [...names].some((name) => !isSame(this.props[name], next[name]));
    }
    render(props) {
      return html`<${Drawn} ...${props} />`;
    }
  };
}

function isSame(before, after) {
  if (!Array.isArray(before) || !Array.isArray(after)) return before === after;
  return before.length === after.length && before.every((one, index) => one === after[index]);
}
