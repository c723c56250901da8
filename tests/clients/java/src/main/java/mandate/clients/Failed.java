package mandate.clients;

/** A test found the server wanting. Its message is enough to understand it without running the test again. */
final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
        super(message);
    }

    Failed(String message, Throwable cause) {
        super(message, cause);
    }
}
