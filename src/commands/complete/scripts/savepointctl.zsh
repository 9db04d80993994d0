#compdef savepointctl
# zsh completion for savepointctl: asks the binary itself.

_savepointctl() {
    local line value
    local -a lines places others
    lines=("${(@f)$(
        SAVEPOINTCTL_COMPLETE=zsh _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) _CLAP_IFS=$'\n' \
            ${words[1]} -- "${(@Q)words[1,CURRENT]}" 2>/dev/null
    )}")
    for line in $lines; do
        [[ -n $line ]] || continue
        # a place to go on from: no space behind it
        value=${line%%[^\\]:*}
        if [[ $line == */ || $line == *[^\\]/:* ]]; then
            places+=("$line")
        else
            others+=("$line")
        fi
    done
    (($#places)) && _describe -V 'place' places -S ''
    (($#others)) && _describe -V 'value' others
}

if [[ $funcstack[1] == _savepointctl ]]; then
    _savepointctl "$@"
else
    compdef _savepointctl savepointctl
fi
