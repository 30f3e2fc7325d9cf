function open_shop() {
  local -a words=("${(@)reply:#(|-)*}")
  (( mask = 1 << bit ))
  typeset -g "${(@s:,:)x}" && { print -rn -- ${${(%):-%x}:A}
}

function close_shop() {
  read -r x <<<reply
}
count_shop() { (( n++ )) }
