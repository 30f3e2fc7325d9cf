defmodule Shop.Codes do
  @callback open(shelf :: term) :: {:ok, state} when state: term
  @callback size :: integer

  for {name, code} <- codes do
    @doc "Encodes a name"
    def unquote(name)(), do: unquote(code)

    defp unquote(name)(<<code, rest::binary>>, acc) when acc > 0 do
      acc + code
    end

    def unquote(:"#{name}_all")(list), do: list
    def unquote(head), do: 1
  end

  defmacro unquote(:<<>>)(args), do: error!([args])

  def unquoted(name), do: name
end
