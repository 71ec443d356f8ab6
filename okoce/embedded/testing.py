def throwaway_environment() -> dict[str, str]:
    return {}
