defmodule Money do
  @doc "Divides."
  def left / right when is_number(right), do: 1
  def +amount, do: amount
  defmacro left &&& right do
    left
  end
  def half(amount) when amount > 1 when is_nil(amount), do: 1
end
