#compdef savepointctl flink
# zsh completion for savepointctl, and for flink: asks the binary itself.

_savepointctl() {
    local line value program=${words[1]}
    # the real flink must not be started at a Tab
    [[ ${program:t} == flink ]] && program=savepointctl
    local -a lines places others
    lines=("${(@f)$(
        SAVEPOINTCTL_COMPLETE=zsh _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) _CLAP_IFS=$'\n' \
            $program -- "${(@Q)words[1,CURRENT]}" 2>/dev/null
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
    compdef _savepointctl savepointctl flink
fi
