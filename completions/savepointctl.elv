set edit:completion:arg-completer[savepointctl] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) SAVEPOINTCTL_COMPLETE="elvish" savepointctl -- $@words) | to-lines
}
