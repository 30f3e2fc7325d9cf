add() {
  list="${list%%]*}"
  if [ "$list" ]; then
    (( n = 1 << width ))
  fi
}

# Removes it.
remove() {
  cat <<<word
  cat <<EOF
not_one() {
EOF
}
