# bash completion for savepointctl, and for flink: asks the binary itself.

_savepointctl() {
    # What bash has cut at colons and equal signs is put together again, up to the cursor.
    local rest=${COMP_LINE:0:COMP_POINT} words=() gap part i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${rest%%[![:space:]]*}
        rest=${rest#"$gap"}
        part=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && part=$rest
        if [[ -n $gap || $i -eq 0 ]]; then
            words+=("$part")
        else
            words[${#words[@]} - 1]+=$part
        fi
        rest=${rest#"$part"}
    done
    local last=$((${#words[@]} - 1))
    # The real flink must not be started at a Tab.
    local program=${COMP_WORDS[0]}
    [[ ${program##*/} == flink ]] && program=savepointctl
    local typed=${words[last]} IFS=$'\n'
    COMPREPLY=($(
        SAVEPOINTCTL_COMPLETE=bash _CLAP_COMPLETE_INDEX=$last _CLAP_IFS=$'\n' \
            "$program" -- "${words[@]}" 2>/dev/null
    ))
    # bash puts an answer behind the last colon or equal sign that it cuts at.
    local kept=${typed%"${typed##*["$COMP_WORDBREAKS"]}"}
    for i in "${!COMPREPLY[@]}"; do
        part=${COMPREPLY[i]#"$kept"}
        [[ $part == *[[:space:]\'\"\\\$\&\;\(\)\<\>\|\*\?]* ]] && printf -v part %q "$part"
        COMPREPLY[i]=$part
    done
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} != *[=/:] ]]; then
        compopt +o nospace 2>/dev/null
    fi
}

complete -o nospace -o bashdefault -F _savepointctl savepointctl flink
