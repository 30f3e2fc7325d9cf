import { signal } from "@preact/signals";

/** Lists what is in the cart. */
export class Cart extends Component {
  total = () => this.props.lines.reduce((sum, line) => sum + line.price, 0);

  render({ lines }) {
    return (
      <ul class="cart">
        {lines.map(line => <li class={line.kind}><label for={line.id}>{line.name}</label></li>)}
      </ul>
    );
  }
}

const Row = ({ name }) => <li class="row" data-for="row">{name}</li>;

function Shelf() {
  return <div class="shelf"><Row name="a" /></div>;
}
